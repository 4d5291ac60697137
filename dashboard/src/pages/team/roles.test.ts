import { describe, expect, test } from 'vitest';
import { choice, loses } from './roles';

describe('the roles that a member may be given', () => {
  test('are all of them, for an owner', () => {
    expect(choice('owner', 'viewer', 1)).toEqual({ roles: ['owner', 'admin', 'agent', 'viewer'] });
    expect(choice('owner', 'owner', 2)).toEqual({ roles: ['owner', 'admin', 'agent', 'viewer'] });
  });

  test('leave out the owner, for an admin', () => {
    expect(choice('admin', 'agent', 1)).toEqual({ roles: ['admin', 'agent', 'viewer'] });
  });

  test('are the one that they have, where an admin looks at an owner', () => {
    expect(choice('admin', 'owner', 2)).toEqual({ roles: ['owner'], why: 'ownersOnly' });
  });

  test('are the one that they have, for the last owner', () => {
    expect(choice('owner', 'owner', 1)).toEqual({ roles: ['owner'], why: 'lastOwner' });
  });
});

test.each([
  ['owner', 'admin', true],
  ['admin', 'agent', true],
  ['agent', 'viewer', true],
  ['viewer', 'agent', false],
  ['admin', 'owner', false],
  ['agent', 'agent', false],
] as const)('from %s to %s loses rights: %s', (from, to, lost) => {
  expect(loses(from, to)).toBe(lost);
});
