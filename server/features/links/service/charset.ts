// Turns the bytes of a page into text, by what the page and its server say of them.

const scannedBytes = 4096;

/**
 * The text of an HTML page. Its charset comes from a byte order mark, from the `Content-Type`, from the page's own `meta`, in
 * this order; without any it is UTF-8 when the bytes are, else Windows-1252.
 * @see https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
 */
export function decodePage(body: Buffer, contentType: string): string {
  const marked = byteOrderMark(body);
  const announced = marked ?? decoderFor(/;\s*charset="?([\w.:-]{1,40})/iu.exec(contentType)?.[1]);
  const decoder = announced ?? decoderFor(declared(body));
  if (decoder !== null) return decoder.decode(body);
  try {
    // A page that was cut may end inside a character.
    return new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(body);
  }
}

function byteOrderMark(body: Buffer): TextDecoder | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return new TextDecoder('utf-8');
  if (body[0] === 0xfe && body[1] === 0xff) return new TextDecoder('utf-16be');
  if (body[0] === 0xff && body[1] === 0xfe) return new TextDecoder('utf-16le');
  return null;
}

/** What the page says of itself. A page in UTF-16 could not be read so far, so one that says so is wrong. */
function declared(body: Buffer): string | undefined {
  const head = body.subarray(0, scannedBytes).toString('latin1');
  const label =
    /<meta\b[^<>]{0,200}?\bcharset\s{0,20}=\s{0,20}["']?\s{0,20}([\w.:-]{1,40})/iu.exec(head)?.[1] ??
    /^\s{0,20}<\?xml\b[^<>]{0,100}?\bencoding=["']([\w.:-]{1,40})/iu.exec(head)?.[1];
  return label !== undefined && /^utf-?16/iu.test(label) ? 'utf-8' : label;
}

function decoderFor(label: string | undefined): TextDecoder | null {
  try {
    return label === undefined ? null : new TextDecoder(label);
  } catch {
    return null;
  }
}
