import i18next, { type ResourceLanguage } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { all } from './all';
import { en } from './en';

type Merged<T> = T extends readonly [infer First, ...infer Rest] ? First & Merged<Rest> : unknown;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Merged<typeof all> };
  }
}

void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: structuredClone(en) } }, // to which addWords adds
  // React escapes what it renders.
  interpolation: { escapeValue: false },
  initAsync: false,
  showSupportNotice: false, // it would be in every customer's console
  // A key in the place of words is a mistake of ours; tests in a browser end with it.
  saveMissing: true,
  missingKeyHandler: (_languages, _namespace, key) => console.error(`no words for ${key}`),
});

/** Makes the words of some pages known: they come with the script of these pages, not with the first. */
export function addWords(words: ResourceLanguage): void {
  i18next.addResourceBundle('en', 'translation', words, true);
}

export { i18next };
