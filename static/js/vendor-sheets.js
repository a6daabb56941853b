// Forms of a vendor's sheets. Every page works without this.

/** Says how many characters are left under a bounded text. */
for (const text of document.querySelectorAll("textarea[data-counter][maxlength]")) {
  const left = document.createElement("span");
  left.className = "fr-hint-text gt-counter";
  left.setAttribute("aria-live", "polite");
  const count = () => {
    const number = Number(text.getAttribute("maxlength")) - text.value.length;
    left.textContent = `${number} caractère${number > 1 ? "s" : ""} restant${number > 1 ? "s" : ""}`;
  };
  text.after(left);
  text.addEventListener("input", count);
  count();
}

/** Looks for sheets of the same name while it is typed. */
const place = document.querySelector("[data-similar-to]");
if (place) {
  let timer, last;
  const look = async () => {
    const query = new URLSearchParams();
    for (const field of document.querySelectorAll("[data-similar]")) {
      query.set(field.dataset.similar, field.value);
    }
    const asked = (last = query.toString());
    const answer = await fetch(`${place.dataset.similarTo}?${query}`, { credentials: "same-origin" });
    if (answer.ok && asked === last) {
      place.innerHTML = await answer.text();
    }
  };
  for (const field of document.querySelectorAll("[data-similar]")) {
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => look().catch(() => {}), 400);
    });
  }
}
