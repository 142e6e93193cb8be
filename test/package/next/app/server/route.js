import { program } from '../program.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  try {
    return Response.json(await program('auto'));
  } catch (error) {
    return Response.json({ error: String(error.stack ?? error) });
  }
}
