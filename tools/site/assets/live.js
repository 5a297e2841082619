/* "Try it here" below each exercise, where the site holds Python for browsers. Nothing loads before the click. */
document.querySelectorAll(".live[data-python]").forEach((place) => {
  const said = answerForms.status();
  const button = answerForms.button("Try it here", "button", async () => {
    if (location.protocol === "file:") return said.replaceChildren(...elsewhere("A page that is opened from a file cannot start Python. "));
    button.disabled = true;
    said.textContent = "Loading the editor …";
    try {
      const { open } = await import(new URL(place.dataset.python + "page.js", document.baseURI));
      await open(place);
    } catch {
      button.disabled = false;
      said.replaceChildren(...elsewhere("The editor could not be loaded. Try again, or "));
    }
  });
  const elsewhere = (why) => {
    const link = document.createElement("a");
    const colab = document.querySelector('a[href*="colab.research.google.com"]');
    Object.assign(link, { href: colab?.href ?? "#", textContent: "open this page in Colab" });
    return [why, link, "."];
  };
  button.setAttribute("aria-label", `Try it here: ${place.dataset.exercise}`);
  place.append(button, said);
  place.hidden = false;
});
