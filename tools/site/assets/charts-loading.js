// A chart is drawn when it comes into view, or when someone moves through the page from the keyboard: its
// sliders are there only then. The libraries, larger than all else, are asked for once, with the first chart.
(() => {
  const library = new URL("vega/vega.js", document.currentScript.src);
  const waiting = [...document.querySelectorAll("script.chart")];
  let loaded;

  const load = () =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: library, onload: resolve, onerror: reject });
      document.head.append(script);
    });

  const draw = async (chart) => {
    await (loaded ??= load());
    if (!chart?.isConnected) return; // drawn meanwhile
    const script = document.createElement("script");
    script.textContent = chart.textContent;
    chart.replaceWith(script);
  };
  const drawAll = () => waiting.forEach(draw);

  if (!waiting.length) return;
  document.addEventListener("keydown", (event) => event.key === "Tab" && drawAll());
  if (!window.IntersectionObserver) return drawAll();
  const seen = new IntersectionObserver((places) =>
    places.filter((place) => place.isIntersecting).forEach(({ target }) => {
      seen.unobserve(target);
      draw(waiting.find((chart) => chart.previousElementSibling === target)); // of no effect if drawn
    }),
  );
  waiting.forEach((chart) => seen.observe(chart.previousElementSibling));
})();
