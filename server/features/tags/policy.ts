// How many hashtags one person may follow and show.

export const tagLimits = { followed: 500, featured: 10 } as const;
