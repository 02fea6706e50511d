/** Makes a folder, with all that it lies in; one that is there stays as it is. @throws Error in words for a place where none can be */
export type MakeFolder = (path: string, mode: number) => Promise<void>;
