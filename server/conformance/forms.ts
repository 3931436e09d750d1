// The ways of Rails to write nested values as pairs of a form or query, as client apps do it.

/** `a[]=1&a[]=2`, `a[0][k]=v`, `a[k]=v` as pairs of name and value. Names that grow beyond reason are left out. */
function pairs(value: unknown, name: string): Array<[string, string]> {
  if (value === undefined || name.length > 200) return [];
  if (Array.isArray(value))
    return value.slice(0, 600).flatMap((item, index) => pairs(item, `${name}[${isPlain(item) ? '' : index}]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => pairs(item, name === '' ? key : `${name}[${key}]`));
  return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

// Lone halves of surrogate pairs have no form in UTF-8.
export const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

/** As the body of a form or as a query, with the brackets as they are. */
export function toForm(value: unknown): string {
  return pairs(value, '')
    .slice(0, 700)
    .map(([name, item]) => `${encode(name).replaceAll('%5B', '[').replaceAll('%5D', ']')}=${encode(item)}`)
    .join('&');
}

/** As a multipart body with the boundary `odd`; the file is whatever it says that it is. */
export function toMultipart(value: unknown, file: { name: string; content: Buffer; type: string } | null): Buffer {
  const parts = pairs(value, '')
    .slice(0, 50)
    .map(([name, item]) =>
      Buffer.from(
        `--odd\r\ncontent-disposition: form-data; name="${name.replaceAll(/["\r\n]/g, '')}"\r\n\r\n${item}\r\n`,
      ),
    );
  const upload = file
    ? [
        Buffer.from(
          `--odd\r\ncontent-disposition: form-data; name="${file.name}"; filename="x.png"\r\ncontent-type: ${file.type}\r\n\r\n`,
        ),
        file.content,
        Buffer.from('\r\n'),
      ]
    : [];
  return Buffer.concat([...parts, ...upload, Buffer.from('--odd--\r\n')]);
}
