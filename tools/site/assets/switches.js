/* The reader's switches: buttons below the title, remembered in this browser and nowhere else. */
function addSwitch(name, label, description, apply) {
  const place = document.querySelector(".switches");
  if (!place) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: label, title: description });
  const set = (on) => {
    button.setAttribute("aria-pressed", on);
    document.documentElement.classList.toggle(name, on);
    apply?.(on);
  };
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    set(on);
    remember(name, on);
    window.dispatchEvent(new Event("resize")); // the theme looks again for what scrolls, and so needs a tab stop
  });
  place.append(button);
  set(remembered(name));
}

/* Where a browser keeps nothing, as some do not for files, a switch works until the page is left. */
function remember(name, on) {
  try {
    localStorage.setItem(`mirage-${name}`, on);
  } catch {}
}

function remembered(name) {
  try {
    return localStorage.getItem(`mirage-${name}`) === "true";
  } catch {
    return false;
  }
}

(function () {
  if (document.querySelector(".cell_input")) {
    addSwitch("hide-code", "Hide all code", "Show text and figures only");
  }
})();
