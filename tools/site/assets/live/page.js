/* An exercise as an editor, with a Python that all exercises of the page share. Bundled by tools/site/live.py. */
import { EditorView, minimalSetup } from "codemirror";
import { python as language } from "@codemirror/lang-python";
import { indentUnit, syntaxHighlighting } from "@codemirror/language";
import { keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { Python } from "./python.js";
import { notebook } from "./notebook.js";

const HERE = new URL(".", import.meta.url);
const HELP = "Shift and Enter run the code; Tab leaves the editor.";
let page; // its cells and exercises, and its Python

async function prepared(name) {
  const answer = await fetch(new URL(`pages/${name}.json`, HERE));
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  return { name, ...(await answer.json()), python: new Python(HERE), ran: {} };
}

/* Put the editor in the place of the exercise's cell. */
export async function open(place) {
  const name = place.dataset.exercise;
  page ??= prepared(name.replace(/-\d+$/, ""));
  const { cells, exercises, python, ran, ...about } = await page.catch((error) => {
    page = undefined; // the next click tries again
    throw error;
  });
  const { at, text } = exercises[name];
  const stub = cells[at];
  const kept = JSON.parse(keep(name) ?? "{}");
  const view = new EditorView({
    doc: kept.code ?? stub,
    extensions: [
      keymap.of([{ key: "Shift-Enter", run: () => (run(), true) }]), // before the editor's own keys
      minimalSetup,
      lineNumbers(),
      language(),
      indentUnit.of("    "),
      syntaxHighlighting(classHighlighter),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": `Code of exercise ${name}. ${HELP}` }),
      EditorView.updateListener.of((update) => update.docChanged && save()),
    ],
  });
  const element = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
  const said = element("p", { className: "said", role: "status" });
  const shown = element("div", { className: "shown", ariaLive: "polite", ariaLabel: "What the code shows", role: "group" });
  const button = (textContent, act) => {
    const made = element("button", { type: "button", textContent, onclick: act });
    buttons.append(made);
    return made;
  };
  const buttons = element("div", { role: "group", ariaLabel: `Exercise ${name}` });
  const runs = button("Run", run);
  const stops = button("Stop", () => python.stop());
  button("Reset", reset);
  const downloads = button("Download as a notebook", download);

  place.previousElementSibling.style.display = "none"; // the cell as the book shows it
  place.replaceChildren(view.dom, buttons, said, shown);
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", `Exercise ${name}, to try here`);
  said.textContent = `${kept.code === undefined ? "" : "Your answer of last time. "}${HELP}`;
  set(false);
  view.focus();

  function set(running) {
    runs.disabled = running;
    stops.disabled = !running;
    downloads.disabled = kept.above === undefined;
  }

  function save() {
    kept.code = view.state.doc.toString();
    keep(name, JSON.stringify(kept));
  }

  function reset() {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: stub } });
    delete kept.code;
    keep(name, null);
    shown.replaceChildren();
    said.textContent = "As it was.";
    view.focus();
  }

  async function run() {
    if (runs.disabled) return;
    if (python.busy) return (said.textContent = "Another exercise of this page is running. Stop it first.");
    set(true);
    shown.replaceChildren();
    said.textContent = "…";
    const code = view.state.doc.toString();
    // What the reader has run elsewhere on the page stands in the place of what the book has there.
    const above = cells.slice(0, at).map((cell, number) => ran[number] ?? cell);
    const result = await python.run(above, code, {
      tell: (line) => (said.textContent = line),
      print: (text) => print(text),
    });
    set(false);
    if (result.missing) return ask(result);
    said.textContent = result.stopped ?? (result.error ? "It stopped with an error." : "Done.");
    if (result.error) print(result.error);
    if (result.above === undefined) return;
    ran[at] = code;
    kept.above = result.above;
    save();
    set(false);
    if (result.value) print(result.value);
    result.figures.forEach(({ image, text }) => {
      const alt = `Figure that your code has drawn: ${text}`;
      shown.append(element("img", { src: `data:image/png;base64,${image}`, alt }));
    });
  }

  function print(text) {
    if (shown.lastElementChild?.tagName !== "PRE") shown.append(document.createElement("pre"));
    const last = shown.lastElementChild;
    last.append(last.textContent && !last.textContent.endsWith("\n") ? "\n" : "", text);
  }

  function ask({ missing, bytes }) {
    const size = `${(bytes / 1e6).toFixed(0)} MB`;
    const yes = element("button", { type: "button", textContent: `Load ${missing} (${size})` });
    const no = element("button", { type: "button", textContent: "Not now" });
    yes.onclick = () => (python.allow(missing), run());
    no.onclick = () => {
      said.textContent = `Without ${missing} this cannot run here.`;
      runs.focus();
    };
    said.replaceChildren(`This needs ${missing}: ${size}, loaded once. `, yes, no);
    yes.focus();
  }

  function download() {
    const code = view.state.doc.toString();
    const blob = new Blob([notebook({ ...about, exercise: name, text, above: kept.above, code })]);
    const link = element("a", { href: URL.createObjectURL(blob), download: `${name}.ipynb` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

/* Answers stay in this browser; where it keeps nothing, until the page is left. */
function keep(name, value) {
  const key = `mirage-live-${name}`;
  try {
    if (value === null) localStorage.removeItem(key);
    else if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
