import { expect, test } from 'vitest'
import { opening } from '../src/more/opening'
import { placeText } from '../src/more/waiting'
import { initials } from '../src/views/initials'

const now = new Date(2026, 10, 27, 20, 0) // a Friday evening, by the clock of whoever reads

test.each([
  [new Date(2026, 10, 27, 22, 30), /^today at (22:30|10:30\sPM)$/],
  [new Date(2026, 10, 28, 9, 0), /^tomorrow at 0?9:00/],
  [new Date(2026, 10, 30, 9, 0), /^Monday at 0?9:00/],
  [new Date(2026, 11, 4, 9, 0), /^Friday, December 4 at 0?9:00/],
])('hours that begin on %s are told as a person would', (opens, text) => {
  expect(opening(opens, now)).toMatch(text)
})

test.each([
  [undefined, 'You are in line.'],
  [{ position: 1 }, 'You are next in line'],
  [{ position: 2 }, 'You are number 2 in line'],
  [{ position: 2, absence: 'nobody' }, 'Nobody is here right now'],
  [{ absence: 'hours' }, 'We are closed right now'],
])('%j is told as %j', (queue, text) => {
  expect(placeText(queue)).toBe(text)
})

test.each([['Ada Lovelace', 'AL'], ['Ada', 'A'], [' Jean  van der Berg ', 'JB'], ['👩‍💻 Kim', '👩K'], ['', '']])('%j has the letters %j', (name, letters) => {
  expect(initials(name)).toBe(letters)
})
