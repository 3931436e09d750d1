// Waiting for what happens in the background, without sleeping blindly.

/** Resolves as soon as `what` is true; looks every 10 ms. @throws after `withinMs` (default 15 s) */
export async function until(what: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${withinMs} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
