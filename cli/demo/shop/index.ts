/** The demo's shop: two real services over loopback HTTP, and customers for them. */
export { type DriveOptions, type DriveReport, driveShop } from './drive-shop.ts';
export { type ShopProcess, startShopProcess } from './shop-process.ts';
export { type Shop, type ShopOptions, startShop } from './start-shop.ts';
