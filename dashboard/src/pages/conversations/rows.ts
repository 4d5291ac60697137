// Which rows of a long list are drawn, and by which element: pure, so that it
// can be told without a browser. An element that is drawn anew costs a tenth of
// one that is made, so those whose rows scrolled away are given to those that come.

/** Rows that are drawn beyond those that can be seen, where the scrolling goes and behind it. */
const ahead = 4;
const behind = 1;

export interface Span {
  from: number;
  to: number; // exclusive
}

/** The rows to draw when the row at the top is `top` and so many fit, with those `beyond`; always as many, where there are. */
export function spanOf(top: number, fitting: number, count: number, beyond: 'above' | 'below' | 'none'): Span {
  const above = { above: ahead, below: behind, none: 0 }[beyond];
  const size = fitting + 1 + (beyond === 'none' ? 0 : ahead + behind);
  const from = Math.max(0, Math.min(top - above, count - size));
  return { from, to: Math.min(count, from + size) };
}

/** How many rows came (or, below zero, left) above the row at the top, by those from there on that did not change. */
export function shiftOf<T>(before: readonly T[], after: readonly T[], top: number, within: number): number {
  if (before === after) return 0;
  for (let i = top; i < Math.min(before.length, top + within); i++) {
    const place = after.indexOf(before[i]!);
    if (place >= 0) return place - i;
  }
  return 0;
}

/** Gives each row that is drawn a slot; a row keeps its slot as long as it is drawn. */
export class Slots {
  private held = new Map<string, number>();

  /** The slots of these rows; the same for the same rows. */
  of(rows: readonly string[]): number[] {
    const next = new Map<string, number>();
    const taken = new Set<number>();
    for (const row of rows) {
      const slot = this.held.get(row);
      if (slot === undefined) continue;
      next.set(row, slot);
      taken.add(slot);
    }
    let free = 0;
    for (const row of rows) {
      if (next.has(row)) continue;
      while (taken.has(free)) free++;
      next.set(row, free++);
    }
    this.held = next;
    return rows.map((row) => next.get(row)!);
  }
}
