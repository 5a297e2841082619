/* Predict first: while the switch is on, what follows a prompt is covered until the reader has guessed.
   Guesses stay on the page. The find of a browser sees through the cover, and so does who comes from the search. */
(function () {
  const findings = [...document.querySelectorAll("#in-short > .cell")]; // they wait for the last guess
  const why = answerForms.status();
  let predicting = false;
  const prompts = [...document.querySelectorAll("form.guess")].map(prepare);
  if (prompts.length) {
    findings[0]?.before(why);
    const description = "Keep figures that follow a question covered until you have guessed";
    addSwitch("predict-first", "Predict first", description, (on) => {
      predicting = on;
      prompts.forEach((prompt) => prompt.set(on));
      coverFindings();
    });
  }

  function coverFindings() {
    const waiting = predicting ? prompts.filter((prompt) => !prompt.open).length : 0;
    why.textContent = waiting ? `What this page finds is covered until your last guess; ${waiting} to go.` : "";
    findings.forEach((cell) => (waiting ? cell.setAttribute("hidden", "until-found") : cell.removeAttribute("hidden")));
  }

  function prepare(form) {
    const covered = form.nextElementSibling;
    const status = answerForms.status();
    const buttons = document.createElement("p");
    const prompt = { open: document.referrer.includes("/search.html"), set };
    let read; // what the reader has typed or chosen; made when the switch is first on

    form.after(status);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      guess();
    });
    covered.addEventListener("beforematch", () => reveal(""));
    covered.setAttribute("role", "group");
    covered.setAttribute("aria-label", "What the page shows");
    covered.tabIndex = -1;
    return prompt;

    function set(on) {
      if (on && !read) {
        read = answerForms.open(form);
        buttons.append(answerForms.button("Show", "submit"), answerForms.button("Skip", "button", () => end("")));
        form.firstElementChild.append(buttons);
      }
      form.classList.toggle("asked", on);
      form.querySelectorAll("input[type=radio]").forEach((choice) => (choice.hidden = !on));
      if (on && !prompt.open) covered.setAttribute("hidden", "until-found");
      else covered.removeAttribute("hidden");
    }

    function guess() {
      const answer = read();
      const number = form.dataset.kind === "number";
      if (!answer || (number && Number.isNaN(answerForms.number(answer)))) {
        status.textContent = !number ? "Your guess first, or skip." : "A number, please, such as 0.5 or 2e9. Or skip.";
        form.querySelector("input").focus();
        return;
      }
      const said = `You said: ${answer}${form.dataset.unit ? ` ${form.dataset.unit}` : ""}.`;
      end(form.dataset.found ? `${said} The page found: ${form.dataset.found} ${form.dataset.unit}.` : `${said} Now compare.`);
    }

    function end(message) {
      reveal(message);
      covered.focus({ preventScroll: true });
    }

    function reveal(message) {
      prompt.open = true;
      status.textContent = message;
      form.firstElementChild.disabled = true;
      buttons.hidden = true;
      covered.removeAttribute("hidden");
      coverFindings();
    }
  }
})();
