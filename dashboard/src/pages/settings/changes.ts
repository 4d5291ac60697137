/** What is otherwise in a form than in what it began with. */
export function changesOf<T extends object>(saved: T, now: T): Partial<T> {
  const names = Object.keys(saved) as (keyof T)[];
  return Object.fromEntries(names.filter((name) => now[name] !== saved[name]).map((name) => [name, now[name]])) as Partial<T>;
}
