/**
 * Sky blue and orange of Okabe and Ito's palette: they stay apart for every kind of colour blindness. Colour never
 * carries a meaning alone: a sign or a word says the same.
 */
export const GOOD = '#56b4e9';
export const ATTENTION = '#e69f00';
