export type CardKind = 'gpus' | 'models' | 'engines' | 'workloads' | 'clusters' | 'fitted';

/** The data that ships with voltana, by kind and id. */
export interface ProfileSource {
  /** Every id of a kind, once, sorted. */
  list(kind: CardKind): Promise<readonly string[]>;
  /**
   * @param id one of those listed; anything else is unreadable, also where it would make a path to some other file
   * @returns the file's text and its name for messages
   * @throws VoltanaError FILE_UNREADABLE that names the id
   */
  read(kind: CardKind, id: string): Promise<{ readonly text: string; readonly file: string }>;
}
