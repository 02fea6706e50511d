/**
 * Where documents are kept: texts, by path. Writing replaces whole files: a reader never sees half a document, and of
 * several writers one wins whole. Every error names the path as it was given and the reason. Whether an older file may
 * be replaced is for the caller to ask.
 */
export interface Store {
  /** @throws VoltanaError FILE_UNREADABLE */
  read(path: string): Promise<string>;
  /**
   * The same as lines without their \n, \r\n or \r, some at a time, for files longer than memory. Whoever stops early leaves nothing open.
   * @throws VoltanaError FILE_UNREADABLE, with the first line or a later one; FILE_MALFORMED for a line that no text can hold
   */
  lines(path: string): AsyncIterable<readonly string[]>;
  /** Makes the file, but not its folder; leaves nothing else behind. @throws VoltanaError FILE_UNWRITABLE, with the file as it was */
  write(path: string, text: string): Promise<void>;
  /** Writes lines, each with \n, as they come: for files longer than memory. Otherwise as `write`. */
  writeLines(path: string, lines: Iterable<string>): Promise<void>;
  /** Makes a file that is not there yet, whole at once: of several at the same time one succeeds. False, and all as it was, where there is one. @throws as `write` does */
  create(path: string, text: string): Promise<boolean>;
  /** Finds out before a long run whether `write` could work; leaves the file as it is. Throws as `write` does. */
  assertWritable(path: string): Promise<void>;
  /** A file that is not there is removed already. @throws VoltanaError FILE_UNWRITABLE for what is no file */
  remove(path: string): Promise<void>;
}
