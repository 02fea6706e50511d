/** What Kubernetes knows things by: lower-case letters, digits and dashes, a letter first, at most 63 together with what is put behind. */
const LONGEST = 50;

export const kubernetesName = (...parts: readonly string[]): string => {
  const joined = parts.join('-').toLowerCase();
  const plain = joined.replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '');
  return (/^[a-z]/.test(plain) ? plain : `v-${plain}`).slice(0, LONGEST).replace(/-+$/, '');
};

/** A value that Kubernetes would expand, `$(NAME)`, spelled so that it does not. */
export const literal = (text: string): string => text.replaceAll('$(', '$$$$(');
