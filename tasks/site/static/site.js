// What pages do by themselves: steppers count.
document.addEventListener('click', (event) => {
  const button = event.target.closest && event.target.closest('[data-step]');
  if (!button) return;
  const input = button.parentElement.querySelector('input');
  const next = (parseInt(input.value, 10) || 0) + parseInt(button.dataset.step, 10);
  const low = parseInt(input.min || '0', 10), high = parseInt(input.max || '99', 10);
  input.value = Math.min(Math.max(next, low), high);
  input.dispatchEvent(new Event('change', { bubbles: true }));
});
