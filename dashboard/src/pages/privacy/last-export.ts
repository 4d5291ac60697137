// The export that was asked for last is found again after a while: the server names it once.

const name = 'parley.export';

export function lastExport(): string {
  return sessionStorage.getItem(name) ?? '';
}

export function rememberExport(id: string): void {
  sessionStorage.setItem(name, id);
}
