/* Proposes the text of the reason chosen in the form's text area; never over what somebody wrote. */
document.addEventListener("change", ({ target }) => {
  if (!target.matches("select[data-canned]")) return;
  const area = target.form.querySelector("textarea");
  const untouched = !area.value.trim() || area.value === area.dataset.proposed;
  if (!untouched) return;
  area.value = JSON.parse(target.dataset.canned)[target.value] || "";
  area.dataset.proposed = area.value;
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
