/** Where documents are kept. Writing replaces whole files: a reader never sees half a document. */
export interface Store {
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Finds out before a long run whether `write` could work; leaves the file as it is. Throws as `write` does. */
  assertWritable(path: string): Promise<void>;
  /** A file that is not there is removed already. */
  remove(path: string): Promise<void>;
}
