// What a list may hold.

/** The most that one person may have, so that a list stays quick to read. */
export const listLimits = { lists: 100, titleLength: 200, accounts: 1000, tags: 50 } as const;
