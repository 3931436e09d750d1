// A handle in full. Where it needs two lines it breaks before the domain.

/** `@ada`, or `@ada@birds.example` with a place to break in it. */
export function Handle({ acct }: { acct: string }) {
  const [name, domain] = acct.split('@');
  return (
    <>
      @{name}
      {domain !== undefined && (
        <>
          <wbr />@{domain}
        </>
      )}
    </>
  );
}
