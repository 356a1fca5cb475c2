// A photo is made small before it is kept: the long side, JPEG, upright, without what the camera wrote into it (place, device).
const LONG = 1600, QUALITY = 0.82;

export class NotAPicture extends Error {}

export async function shrunk(file: Blob, long = LONG, quality = QUALITY): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NotAPicture();
  }
  const share = Math.min(1, long / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * share));
  canvas.height = Math.max(1, Math.round(picture.height * share));
  const pen = canvas.getContext("2d");
  if (!pen) throw new NotAPicture();
  pen.fillStyle = "white"; // JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done, fail) => { canvas.toBlob((made) => (made ? done(made) : fail(new NotAPicture())), "image/jpeg", quality); });
}
