import { icon } from '../views/icons'

export const Out = icon('M14 5h5v5M19 5l-8.5 8.5M17 13.5V18a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4.5')
export const Mail = icon('M4 6h16v12H4zM4 7l8 6.5L20 7')
export const Sound = icon('M5 9.5v5h3.5L13 18V6L8.5 9.5H5ZM16.5 9a4 4 0 0 1 0 6')
export const Plus = icon('M12 5v14M5 12h14')
export const End = icon('M9 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h3M10 12h10M16 8l4 4-4 4')
export const Clock = icon('M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-12.5V12l3 2')
