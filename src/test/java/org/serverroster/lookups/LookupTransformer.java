package org.serverroster.lookups;

import java.lang.instrument.ClassFileTransformer;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Puts {@link Lookups} in the place of the look-ups that a class makes. */
final class LookupTransformer implements ClassFileTransformer {

  private static final String LOOKUPS = Type.getInternalName(Lookups.class);
  private static final String NEW_INSTANCE = "newInstance";

  /** Call, as owner, name and descriptor, to the descriptor of what stands in for it. */
  private final Map<String, String> standIns = new HashMap<>();

  LookupTransformer() {
    for (Method method : Lookups.class.getMethods()) {
      if (method.getDeclaringClass() != Lookups.class || method.getName().equals(NEW_INSTANCE)) {
        continue;
      }
      String descriptor = Type.getMethodDescriptor(method);
      Class<?>[] types = method.getParameterTypes();
      for (Class<?> owner :
          new Class<?>[] {Class.class, ClassLoader.class, ServiceLoader.class, Proxy.class}) {
        for (Method real : owner.getMethods()) {
          if (real.getName().equals(method.getName())) {
            boolean receiver = !java.lang.reflect.Modifier.isStatic(real.getModifiers());
            Class<?>[] left =
                receiver && types[0] == owner ? Arrays.copyOfRange(types, 1, types.length) : types;
            if (Arrays.equals(real.getParameterTypes(), left)
                && (receiver == (left.length < types.length))
                && real.getReturnType() == method.getReturnType()) {
              standIns.put(
                  call(Type.getInternalName(owner), real.getName(), Type.getMethodDescriptor(real)),
                  descriptor);
            }
          }
        }
      }
    }
  }

  @Override
  public byte[] transform(
      ClassLoader loader, String name, Class<?> before, ProtectionDomain domain, byte[] bytes) {
    if (loader == null
        || loader == ClassLoader.getPlatformClassLoader()
        || name == null
        || name.startsWith("org/serverroster/lookups/")) {
      return null;
    }
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    Rewriting rewriting = new Rewriting(writer);
    reader.accept(rewriting, 0);
    return rewriting.changed ? writer.toByteArray() : null;
  }

  private static String call(String owner, String name, String descriptor) {
    return owner + "." + name + descriptor;
  }

  private final class Rewriting extends ClassVisitor {

    private boolean changed;

    Rewriting(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(
          Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
        @Override
        public void visitMethodInsn(
            int opcode, String owner, String method, String type, boolean ofInterface) {
          String standIn = standIns.get(call(owner, method, type));
          if (standIn != null && opcode != Opcodes.INVOKESPECIAL) {
            changed = true;
            super.visitMethodInsn(Opcodes.INVOKESTATIC, LOOKUPS, method, standIn, false);
            return;
          }
          if (owner.equals("java/lang/Class") && method.equals(NEW_INSTANCE)) {
            changed = true;
            super.visitInsn(Opcodes.DUP);
            super.visitMethodInsn(
                Opcodes.INVOKESTATIC, LOOKUPS, NEW_INSTANCE, "(Ljava/lang/Class;)V", false);
          }
          super.visitMethodInsn(opcode, owner, method, type, ofInterface);
        }
      };
    }
  }
}
