// ISOLATION: headers of every page, as JSON; none where it is empty.
const headers = Object.entries(JSON.parse(process.env.ISOLATION || '{}')).map(([key, value]) => ({ key, value }));

export default {
  allowedDevOrigins: ['127.0.0.1'],
  headers: async () => (headers.length === 0 ? [] : [{ source: '/:path*', headers }]),
};
