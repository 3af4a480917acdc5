/** A download's file name: plain where it can be, and as RFC 5987 has it where it is not ASCII. */
export function contentDisposition(filename: string): string {
  // A client may have sent half of a surrogate pair, which has no UTF-8.
  const encoded = encodeURIComponent(filename.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  const ascii = filename.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll(/["\\]/g, String.raw`\$&`);
  const extended = /^[\x20-\x7e]*$/.test(filename) ? '' : `; filename*=UTF-8''${encoded}`;
  return `attachment; filename="${ascii}"${extended}`;
}
