/** Where documents are kept. Writing replaces whole files: a reader never sees half a document. */
export interface Store {
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
}
