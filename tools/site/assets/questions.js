/* Questions for self-check. A number is judged by the rules of the checker, which the page holds: of the verdicts,
   each with a number and how near an answer must be, the first that fits; the last fits all. */
(function () {
  document.querySelectorAll("form.question").forEach((form) => {
    const read = answerForms.open(form);
    const status = answerForms.status();
    form.classList.add("asked");
    form.querySelectorAll(".reason").forEach((reason) => (reason.hidden = true));
    form.firstElementChild.append(answerForms.button("Check", "submit"));
    form.append(status);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      status.replaceChildren(...verdict(form, read()));
    });
  });

  function verdict(form, answer) {
    if (!answer) return ["Your answer first."];
    if (form.dataset.kind === "number") return [marked(judge(JSON.parse(form.dataset.rules), answer))];
    const chosen = form.querySelector("input:checked");
    const reason = chosen.closest("li").querySelector(".reason")?.cloneNode(true);
    if (reason) reason.hidden = false;
    return [marked("right" in chosen.dataset ? "right. " : "not yet: "), reason ?? ""];
  }

  function judge(rules, answer) {
    const number = answerForms.number(answer);
    if (!Number.isFinite(number)) return "the answer should be one number, such as 0.5 or 2e9.";
    return rules.find(([value, within]) => within === null || Math.abs(number - value) <= within * Math.abs(value))[2];
  }

  function marked(message) {
    return `${message.startsWith("right") ? "✔" : "✘"} ${message}`;
  }
})();
