/**
 * A canvas ready to draw on in CSS pixels, empty, as sharp as the screen.
 * @param {HTMLCanvasElement} canvas
 */
const wiped = (canvas) => {
  const { clientWidth: width, clientHeight: height } = canvas, ratio = devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
};

/** The middle of a screen pixel, where a thin line is sharp. @param {number} x CSS pixels */
const sharp = (x) => { const ratio = devicePixelRatio || 1; return (Math.floor(x * ratio) + 0.5) / ratio; };

/** Colours and fonts of the theme that `el` is in, as they are now. @param {Element} el */
const themeOf = (el) => {
  const style = getComputedStyle(el);
  const of = (name, other) => style.getPropertyValue(`--rs-${name}`).trim() || other;
  const pen = document.createElement("canvas").getContext("2d");
  const light = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  };
  const ground = of("ground", "#fff");
  return { ground, raised: of("raised", "#f6f7f8"), line: of("line", "#e3e5e8"), ink: of("ink", "#1b1f24"), soft: of("soft", "#5c6570"),
    brand: of("brand", "#0072b2"), font: `11px ${style.fontFamily}`, dark: light(ground) < 0.5 };
};

/** Calls `act` when `el` gets another size, or the page another theme or sharpness. @returns the function that ends it */
const onLooks = (el, act) => {
  const size = new ResizeObserver(act), theme = new MutationObserver(act), stop = new AbortController();
  size.observe(el);
  theme.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-name", "data-jp-theme-light"] });
  addEventListener("resize", act, { signal: stop.signal });   // a zoomed page, or another screen
  return () => { size.disconnect(); theme.disconnect(); stop.abort(); };
};

/** A text cut to the room it has. @param {CanvasRenderingContext2D} pen @param {string} text @param {number} room px */
const shortened = (pen, text, room) => {
  if (pen.measureText(text).width <= room) return text;
  let n = text.length;
  while (n > 1 && pen.measureText(`${text.slice(0, n)}…`).width > room) n -= 1;
  return `${text.slice(0, n)}…`;
};
