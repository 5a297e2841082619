// Sections that moved: an old address leads to where the section is now.
(function () {
  const moved = JSON.parse(document.body.dataset.moved ?? "{}");
  const lead = () => {
    const there = moved[location.hash.slice(1)];
    if (there) location.replace(new URL(there, location.href));
  };
  addEventListener("hashchange", lead);
  lead();
})();
