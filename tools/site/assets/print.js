// On paper solutions are as the reader left them: one button opens or closes them all.
(function () {
  const solutions = [...document.querySelectorAll("article details")].filter((part) =>
    part.querySelector(":scope > summary")?.textContent.startsWith("Solution")
  );
  if (solutions.length < 2) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "all-solutions";
  const name = () => {
    button.textContent = solutions.every((part) => part.open) ? "Close all solutions" : "Open all solutions";
  };
  button.addEventListener("click", () => {
    const open = !solutions.every((part) => part.open);
    solutions.forEach((part) => (part.open = open));
  });
  solutions.forEach((part) => part.addEventListener("toggle", name));
  name();
  solutions[0].before(button);
})();
