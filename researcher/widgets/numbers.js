/** A power of ten with two digits at least, as Python writes it. @param {string} text */
const padded = (text) => text.replace(/e([+-])(\d)$/, "e$10$2");

/**
 * A number as researcher.params.number_label writes it: four significant digits.
 * @param {number} x @param {boolean} aligned whether zeros at the end are written too, for numbers below each other
 */
const numberLabel = (x, aligned = false) => {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const short = Number(x.toPrecision(4)), size = Math.abs(short);
  if (size >= 1e6 || size < 1e-4) return padded(aligned ? x.toExponential(3) : short.toExponential());
  return aligned && size < 1e4 ? x.toPrecision(4) : String(short);
};
/** Two significant digits. @param {number} x not negative */
const brief = (x) => (x === 0 ? "0" : x >= 100 && x < 1e6 ? x.toFixed(0) : padded(x.toPrecision(2)));
/** A round number beside an axis, with all its digits. @param {number} x */
const tickLabel = (x) => (x && (Math.abs(x) >= 1e6 || Math.abs(x) < 1e-4) ? padded(x.toExponential()) : String(x));
