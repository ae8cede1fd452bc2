// Texts whose colour is too near to what is behind them, as the Web Content Accessibility Guidelines compute it.
const parts = (colour) => {
  const numbers = colour.match(/[\d.]+(e-?\d+)?/g).map(Number);
  const scale = colour.startsWith("color(") ? 1 : 255;
  return { rgb: numbers.slice(0, 3).map((part) => part / scale), alpha: numbers[3] ?? 1 };
};
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const { rgb, alpha } = parts(getComputedStyle(at).backgroundColor);
    if (alpha === 1) return rgb;
  }
  return [1, 1, 1];
};
const pale = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!own || !element.checkVisibility() || element.closest("svg, noscript, title, .unseen")) continue;
  const [text, ground] = [luminance(parts(getComputedStyle(element).color).rgb), luminance(behind(element))];
  const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  if (contrast < 4.5) pale.push(`${element.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
}
return pale;
