// The footer: a button that copies the BibTeX entry, and says so. Without a script the text can be selected.
document.querySelectorAll(".copy-bibtex").forEach((button) => {
  const entry = button.closest("div").querySelector(".bibtex");
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(entry.textContent);
      said.textContent = "Copied.";
    } catch { // the browser may forbid it: then the reader's own keys do the rest
      getSelection().selectAllChildren(entry);
      said.textContent = "Selected; copy it with Ctrl+C.";
    }
  });
});
