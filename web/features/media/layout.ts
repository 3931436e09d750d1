// How several pictures share a rectangle: rows of whole pictures, cut as little as possible, known before one is loaded.

/** One row of pictures side by side, all as high as the row. */
export interface Row {
  /** Width by height of the whole row. */
  aspect: number;
  /** Places in the list, with the share of the width that each takes. */
  cells: { place: number; share: number }[];
}

/** Very wide and very tall pictures are cut to these, so that no neighbour becomes a strip. */
const TALLEST = 0.66;
const WIDEST = 2;
const MOST_IN_ROW = 3;
/** Height by width that a whole arrangement aims at: a little wider than square. */
const AIM = 0.82;
/** Above this all ways to break the rows are too many to try. */
const MOST_TRIED = 12;

/** Width by height for the layout of one among others. */
export function cellAspect(width: number | undefined, height: number | undefined): number {
  if (!width || !height) return 1;
  return Math.min(WIDEST, Math.max(TALLEST, width / height));
}

function* rowBreaks(count: number): Generator<number[]> {
  if (count === 0) yield [];
  for (let first = 1; first <= Math.min(MOST_IN_ROW, count); first++) {
    for (const rest of rowBreaks(count - first)) yield [first, ...rest];
  }
}

function rowsOf(aspects: readonly number[], lengths: readonly number[]): Row[] {
  let place = 0;
  return lengths.map((length) => {
    const row = aspects.slice(place, place + length);
    const aspect = row.reduce((sum, one) => sum + one, 0);
    return { aspect, cells: row.map((one) => ({ place: place++, share: one / aspect })) };
  });
}

/** How far an arrangement is from the shape that reads best; a row much higher than the others counts too. */
function cost(rows: readonly Row[]): number {
  const heights = rows.map(({ aspect }) => 1 / aspect);
  const whole = heights.reduce((sum, one) => sum + one, 0);
  const unevenness = Math.log(Math.max(...heights) / Math.min(...heights));
  return Math.abs(Math.log(whole / (AIM * Math.max(1, rows.length / 3)))) + 0.35 * unevenness;
}

/** The rows for pictures of these aspects (width by height, as `cellAspect` gives them), in their order. */
export function arrange(aspects: readonly number[]): Row[] {
  if (aspects.length > MOST_TRIED) {
    const lengths: number[] = [];
    for (let left = aspects.length; left > 0; left -= MOST_IN_ROW) lengths.push(Math.min(left, MOST_IN_ROW));
    return rowsOf(aspects, lengths);
  }
  let best: Row[] = [];
  let least = Infinity;
  for (const lengths of rowBreaks(aspects.length)) {
    const rows = rowsOf(aspects, lengths);
    const value = cost(rows);
    if (value < least) [best, least] = [rows, value];
  }
  return best;
}

/** Where a picture that is cut is held, as CSS `object-position`, from its focal point (-1 to 1, up is positive). */
export function heldAt(focus: { x: number; y: number } | undefined): string {
  const { x, y } = focus ?? { x: 0, y: 0 };
  return `${((x + 1) / 2) * 100}% ${((1 - y) / 2) * 100}%`;
}
