// What this browser keeps for a user between two visits. A browser that keeps
// nothing (private windows, a full disk) loses drafts and nothing else.

/** Names are `parley.<kind>.<user>.…`, so that two users of one browser do not meet. */
export const kept = {
  read(name: string): string | undefined {
    try {
      return localStorage.getItem(name) ?? undefined;
    } catch {
      return undefined;
    }
  },

  write(name: string, value: string): void {
    try {
      localStorage.setItem(name, value);
    } catch {
      // see above
    }
  },

  remove(name: string): void {
    try {
      localStorage.removeItem(name);
    } catch {
      // see above
    }
  },

  names(prefix: string): string[] {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
    } catch {
      return [];
    }
  },
};
