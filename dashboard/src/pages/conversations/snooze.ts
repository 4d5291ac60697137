/** Until when a conversation can be put off with one click. */
export type Choice = 'hour' | 'evening' | 'tomorrow' | 'monday';

const evening = 18;
const morning = 9;

/** The choices that make sense now, in the browser's zone: none is in the past, no two are the same. */
export function choices(now: Date): { choice: Choice; until: Date }[] {
  const at = (ahead: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const all: { choice: Choice; until: Date }[] = [
    { choice: 'hour', until: new Date(now.getTime() + 3_600_000) },
    { choice: 'evening', until: at(0, evening) },
    { choice: 'tomorrow', until: at(1, morning) },
    { choice: 'monday', until: at(toMonday, morning) },
  ];
  return all.filter(({ choice, until }) => {
    if (choice === 'evening') return until.getTime() - now.getTime() > 3_600_000;
    return choice !== 'monday' || toMonday > 1; // on Sunday that is tomorrow
  });
}
