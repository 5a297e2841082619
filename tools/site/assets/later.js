// The theme's own scripts measure the whole page, which keeps a phone busy. They wait for the first sign of a
// reader. What is clicked before they are there is clicked again when they are.
(() => {
  const SIGNS = ["pointermove", "pointerdown", "touchstart", "keydown", "wheel", "scroll", "focusin", "resize"];
  const waiting = [...document.querySelectorAll("script.later")];
  let asked, there = !waiting.length;

  const fetched = (old) =>
    new Promise((done) => {
      const script = document.createElement("script");
      const kept = [...old.attributes].filter(({ name }) => name !== "type" && name !== "class");
      kept.forEach(({ name, value }) => script.setAttribute(name, value));
      Object.assign(script, { async: false, onload: done, onerror: done }); // in their order
      old.replaceWith(script);
    });
  const load = () =>
    (asked ??= Promise.all(waiting.map(fetched)).then(() => {
      there = true;
      document.documentElement.dataset.scripts = "there";
    }));

  const again = (event, repeat) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    load().then(repeat);
  };
  SIGNS.forEach((sign) => window.addEventListener(sign, load, { once: true, passive: true }));
  window.addEventListener("click", (event) => {
    const control = event.target.closest("button, .sidebar-toggle");
    if (!there && control && !control.closest("article")) again(event, () => control.click());
  }, true);
  window.addEventListener("keydown", (event) => {
    if (there || event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
    again(event, () => event.target.dispatchEvent(new KeyboardEvent("keydown", event)));
  }, true);
})();
