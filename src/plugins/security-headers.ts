import type { Plugin } from './request-facts.ts';

/** Everything the page needs comes from this server; GraphiQL's editor sets styles by script and embeds its fonts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** Headers that keep a browser from doing more with an answer than it should. */
export function useSecurityHeaders(): Plugin {
  return {
    onResponse({ response }) {
      for (const name in HEADERS) response.headers.set(name, HEADERS[name as keyof typeof HEADERS]);
      if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
    },
  };
}
