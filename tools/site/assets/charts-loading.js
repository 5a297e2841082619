// Until someone reads, a chart is its picture. At the first sign of a reader, such as scrolling, the charts in
// view are drawn, and the others when they come into view, or all when Tab is pressed: their sliders are there
// only then. The libraries, larger than all else, are asked for once, with the first chart.
(() => {
  const library = new URL("vega/vega.js", document.currentScript.src);
  const signs = ["pointermove", "pointerdown", "touchstart", "scroll", "keydown"];
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
  const begin = () => {
    signs.forEach((sign) => removeEventListener(sign, begin));
    waiting.forEach((chart) => seen.observe(chart.previousElementSibling));
  };
  signs.forEach((sign) => addEventListener(sign, begin, { passive: true }));
})();
