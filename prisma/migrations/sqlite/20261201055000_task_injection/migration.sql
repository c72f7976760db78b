-- AlterTable
ALTER TABLE "task_member" ADD COLUMN "injection" TEXT;
