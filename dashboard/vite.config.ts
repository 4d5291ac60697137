import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// policy is what the built pages run under: no inline script or style, nothing
// from elsewhere but pictures an owner links to. `vite preview` sends it, so that
// a page which needs more fails here and not at a customer's.
const policy = [
  "default-src 'self'",
  "img-src 'self' data: https:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

// Where `npm run dev` finds the server.
const server = process.env.PARLEY_SERVER ?? 'http://127.0.0.1:8080';
const proxied = ['/api', '/demo', '/widget.js', '/widget', '/openapi.json'];
const proxy = Object.fromEntries(
  proxied.map((path) => [path, { target: server, ws: path === '/api' }]),
);

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // Small files would become data: URLs, which the policy allows for pictures only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy },
  preview: { proxy, headers: { 'Content-Security-Policy': policy } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
  },
});
