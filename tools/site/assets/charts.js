/* Interactive charts: the values of sliders as people write them, what a chart says for those who listen, and
   its width. A chart is read from the page, so that it does not matter when and how Vega draws it. */
(() => {
  const PAUSE = 700; // milliseconds: while a slider moves, nothing is spoken

  // A slider whose name ends with _power stands for a power of ten, in two digits: see mirage/charts/_parts.py.
  const meant = ({ name, value }) =>
    name.endsWith("_power") ? Number((10 ** value).toPrecision(2)) : Number(value);

  function writeValues(chart) {
    for (const slider of chart.querySelectorAll("input[type=range]")) {
      const text = meant(slider).toLocaleString("en-GB", { maximumSignificantDigits: 6 });
      if (slider.nextSibling.textContent === text && slider.ariaValueText === text) continue;
      slider.setAttribute("aria-valuetext", text);
      slider.nextSibling.textContent = text;
      const label = slider.previousSibling;
      label.textContent = label.textContent.replace(" (power of ten)", "");
    }
  }

  function sentence(chart) {
    const title = chart.querySelector("svg g.root > g > g > .role-title"); // of the chart, not of a panel
    const lines = title?.querySelectorAll("tspan, text:not(:has(tspan))") ?? [];
    return [...lines].map((line) => line.textContent).join(" ");
  }

  function tell(chart) {
    const spoken = document.createElement("p");
    spoken.className = "chart-said";
    spoken.setAttribute("role", "status");
    chart.parentNode.append(spoken); // not after the chart: its script looks for it there
    let said, description, timer;
    return () => {
      const now = sentence(chart);
      if (!now || now === said) return;
      description ??= chart.getAttribute("aria-label");
      chart.setAttribute("aria-label", `${now} ${description}`);
      clearTimeout(timer);
      if (said) timer = setTimeout(() => (spoken.textContent = now), PAUSE);
      said = now;
    };
  }

  // Vega redraws when the window changes, but the column changes also with a sidebar, or as it unfolds.
  function redraw(chart) {
    let width;
    new ResizeObserver(() => {
      const changed = width !== undefined && width !== chart.clientWidth;
      width = chart.clientWidth;
      if (changed && width) window.dispatchEvent(new Event("resize"));
    }).observe(chart);
  }

  for (const chart of document.querySelectorAll("[id^=altair-viz]")) {
    const told = tell(chart);
    const look = () => (writeValues(chart), told());
    new MutationObserver(look).observe(chart, { characterData: true, childList: true, subtree: true });
    look();
    redraw(chart);
  }
})();
