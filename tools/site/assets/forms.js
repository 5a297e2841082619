/* What the forms of predictions and of questions share: their fields and buttons, which the page has no use for
   without a script, and how a number is read. */
const answerForms = {
  /* Show the fields of a form; return what was typed or chosen, when it is asked for. */
  open(form) {
    const choices = [...form.querySelectorAll("input[type=radio]")];
    choices.forEach((choice) => (choice.hidden = false));
    return choices.length ? () => choices.find((choice) => choice.checked)?.value : answerForms.field(form);
  },

  field(form) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "text", autocomplete: "off", size: form.dataset.kind === "number" ? 10 : 30 });
    const name = form.className === "guess" ? "Your guess" : "Your answer";
    label.append(`${name} `, input, ` ${form.dataset.unit ?? ""}`);
    form.firstElementChild.append(label);
    return () => input.value.trim();
  },

  button(label, type, act) {
    const button = document.createElement("button");
    Object.assign(button, { type, textContent: label });
    if (act) button.addEventListener("click", act);
    return button;
  },

  /* A place that a screen reader reads out when something is written into it. */
  status() {
    const status = document.createElement("p");
    status.className = "said";
    status.setAttribute("role", "status");
    return status;
  },

  /* Read 1,000 and 1 000, 2e9 and 2 × 10^9, 13 billion, 40%, and the real minus sign; NaN if it is no number. */
  number(text) {
    const named = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12, "%": 0.01 };
    const plain = text.toLowerCase().replace(/[\u2212\u2013]/g, "-").replace(/,(?=\d{3}(\D|$))|\s/g, "");
    const [, start, name] = plain.match(/^(.*?)(thousand|million|billion|trillion|%)?$/);
    const digits = start.replace(/[×x*]10(\^|\*\*)/, "e").replace(/^10(\^|\*\*)/, "1e");
    return digits === "" ? NaN : Number(digits) * (named[name] ?? 1);
  },
};
