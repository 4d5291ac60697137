import css from './avatar.module.css';

/** The beginnings of a person's names; the name itself is beside it, or on hover. */
export function Avatar({ name, size = 'small', quiet = false }: { name: string; size?: 'small' | 'large'; quiet?: boolean }) {
  return (
    <span className={css.avatar} data-size={size} data-quiet={quiet} title={name}>
      <span aria-hidden="true">{initials(name)}</span>
      <span className="hidden-visually">{name}</span>
    </span>
  );
}

export function initials(name: string): string {
  const words = name.trim().split(/[\s@._-]+/u).filter(Boolean);
  const first = [words[0], words.length > 1 ? words.at(-1) : undefined];
  // By code points: an emoji or a surrogate pair is not cut in two.
  return first.map((word) => [...(word ?? '')][0] ?? '').join('').toLocaleUpperCase() || '·';
}
