import type { Look } from '../charts/looks.ts';

type Choice = 'auto' | 'light' | 'dark';

const CHOICES: readonly string[] = ['auto', 'light', 'dark'];
const MARK = /;?theme=(\w+)/;

/** Asked for when they are needed: this file is also loaded where there is no window. */
const media = () => ({ dark: matchMedia('(prefers-color-scheme: dark)'), print: matchMedia('print') });

/** The hash holds the place and the choice: `#time;theme=dark`. Nothing is stored. */
const chosen = (): Choice => {
  const word = MARK.exec(location.hash)?.[1];
  return word !== undefined && CHOICES.includes(word) ? (word as Choice) : 'auto';
};

const place = (): string => location.hash.slice(1).replace(MARK, '');

const remember = (choice: Choice): void => {
  const hash = `${place()}${choice === 'auto' ? '' : `;theme=${choice}`}`;
  history.replaceState(null, '', hash === '' ? location.href.replace(/#.*$/, '') : `#${hash}`);
};

const lookOf = (choice: Choice): Look => {
  const { dark, print } = media();
  if (print.matches) return 'print';
  if (choice !== 'auto') return choice;
  return dark.matches ? 'dark' : 'light';
};

/** Dresses the page now and whenever the reader, the system or the printer asks for another look. */
export const followTheme = (dress: (look: Look) => void): void => {
  let choice = chosen();
  const buttons = [...document.querySelectorAll<HTMLElement>('[data-theme-choice]')];
  const show = (): void => {
    const look = lookOf(choice);
    document.documentElement.dataset['look'] = look;
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset['themeChoice'] === choice));
    dress(look);
  };
  for (const button of buttons)
    button.addEventListener('click', () => {
      choice = button.dataset['themeChoice'] as Choice;
      remember(choice);
      show();
    });
  // A link within the page replaces the hash: the choice goes back into it.
  addEventListener('hashchange', () => {
    if (MARK.test(location.hash) && chosen() !== choice) {
      choice = chosen();
      show();
    } else remember(choice);
  });
  const { dark, print } = media();
  dark.addEventListener('change', show);
  print.addEventListener('change', show);
  show();
  // No element has the whole hash for its id.
  if (MARK.test(location.hash)) document.getElementById(place())?.scrollIntoView();
};
