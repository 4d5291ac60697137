import { colorsTuple, createTheme } from '@mantine/core';

// Colours and sizes are in tokens.css; Mantine only needs their names here.
export const theme = createTheme({
  primaryColor: 'accent',
  colors: {
    accent: colorsTuple('var(--accent)'),
    danger: colorsTuple('var(--danger-solid)'),
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    // What closes is gone at once (exitDuration): keys that are pressed while it faded would be lost on it.
    // Its lock writes a <style> element, which the pages' policy forbids.
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        radius: 10,
        transitionProps: { duration: 140, exitDuration: 0 },
        overlayProps: { color: 'var(--scrim)', backgroundOpacity: 1 },
      },
    },
    Menu: {
      defaultProps: {
        shadow: 'md',
        radius: 8,
        transitionProps: { duration: 120, exitDuration: 0 },
        position: 'bottom-end',
        withInitialFocusPlaceholder: false,
      },
    },
    TextInput: { defaultProps: { size: 'md' } },
    PasswordInput: { defaultProps: { size: 'md' } },
    Textarea: { defaultProps: { size: 'md', autosize: true } },
    Select: { defaultProps: { size: 'md' } },
    ColorInput: { defaultProps: { size: 'md' } },
    // The labels of what has no field of its own, beside those of fields.
    InputWrapper: { defaultProps: { size: 'md' } },
  },
});
