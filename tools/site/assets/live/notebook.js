/* An answer as a notebook, for Colab or Jupyter: the exercise, what it needs of the page, and the reader's code. */
export function notebook({ name, setup, address, exercise, text, above, code }) {
  const title = `# Exercise ${exercise}\n\nFrom the page [${name}](${address}).`;
  const cells = [cell("markdown", title), cell("code", setup), cell("code", above), cell("markdown", text), cell("code", code)];
  const metadata = {
    kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
    language_info: { name: "python" },
  };
  return JSON.stringify({ cells: cells.map((each, number) => ({ id: `cell-${number}`, ...each })), metadata, nbformat: 4, nbformat_minor: 5 }, null, 1);
}

function cell(kind, source) {
  const own = kind === "code" ? { execution_count: null, outputs: [] } : {};
  return { cell_type: kind, metadata: {}, source: source.split(/(?<=\n)/), ...own };
}
