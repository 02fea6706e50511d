export type CardKind = 'gpus' | 'models' | 'engines' | 'workloads' | 'clusters';

/** The data that ships with voltana, by kind and id. */
export interface ProfileSource {
  list(kind: CardKind): Promise<readonly string[]>;
  /** @returns the file's text and its name for messages. @throws VoltanaError FILE_UNREADABLE */
  read(kind: CardKind, id: string): Promise<{ readonly text: string; readonly file: string }>;
}
